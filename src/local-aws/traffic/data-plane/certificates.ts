import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';

const DAY_MILLIS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const CERTIFICATE_DAYS = 397;
/** A client may ask for any name: what is kept of them is bounded. */
const MOST_CERTIFICATES = 200;

export interface KeyPair {
  readonly key: string;
  /** In PEM; with the authority's behind it, where it is signed by one. */
  readonly cert: string;
}

/**
 * The certificates of HTTPS listeners, made on the spot: the private keys of ACM cannot be had. All are signed by an authority
 * of the local AWS, whose certificate `certificates/ca.pem` a client can trust.
 */
export class Certificates {
  private readonly folder: string;
  private readonly made = new Map<string, Promise<KeyPair>>();
  private authority: Promise<KeyPair> | undefined;

  constructor(directory: string) {
    this.folder = join(directory, 'certificates');
  }

  /** Makes the authority. */
  public async start(): Promise<void> {
    await (this.authority ??= this.makeAuthority());
  }

  /** For the name that a client asks for, or for the address that it connects to. */
  public certificateFor(name: string): Promise<KeyPair> {
    let certificate = this.made.get(name);
    if (!certificate) {
      certificate = this.make(name);
      this.made.set(name, certificate);
      [...this.made.keys()].slice(0, -MOST_CERTIFICATES).forEach((oldest) => this.made.delete(oldest));
    }
    return certificate;
  }

  /** The one that is there already, which clients may trust since an earlier run. */
  private async makeAuthority(): Promise<KeyPair> {
    const [certFile, keyFile] = ['ca.pem', 'ca.key'].map((name) => join(this.folder, name));
    if (existsSync(certFile) && existsSync(keyFile)) {
      return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
    }
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'the local AWS of cdk-fargate-blue-green' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      ...lifetime(AUTHORITY_DAYS),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(keyFile, key, { mode: 0o600 });
    writeFileSync(certFile, cert);
    return { key, cert };
  }

  private async make(name: string): Promise<KeyPair> {
    await this.start();
    const authority = await this.authority!;
    const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
      keyType: 'ec',
      algorithm: 'sha256',
      ...lifetime(CERTIFICATE_DAYS),
      ca: authority,
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: [isIP(name) ? { type: 7, ip: name } : { type: 2, value: name }] },
      ],
    });
    return { key, cert: `${cert}\n${authority.cert}` };
  }
}

/** From a day ago, so that a client whose clock is behind takes it as well. */
function lifetime(days: number): { notBeforeDate: Date; notAfterDate: Date } {
  return { notBeforeDate: new Date(Date.now() - DAY_MILLIS), notAfterDate: new Date(Date.now() + days * DAY_MILLIS) };
}
