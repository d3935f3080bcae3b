import { Platform, type PlatformOptions } from './platform';

export interface LocalAwsOptions extends PlatformOptions {
  /** 0 for any that is free. */
  readonly port: number;
}

/** The whole local AWS, listening. */
export async function startLocalAws(options: LocalAwsOptions): Promise<Platform> {
  const platform = new Platform(options);
  await platform.start(options.port);
  return platform;
}
