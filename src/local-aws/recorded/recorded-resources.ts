import { recordedTypes } from './recorded-type';
import { OTHER_TYPES } from './recorded-types';
import type { LocalService, ResourceType } from '../core/api';
import type { World } from '../core/world';
import { IDENTITY_TYPES } from '../identity/recorded-types';
import { NETWORK_TYPES } from '../network/recorded-types';

/** The resource types that are only recorded: they have ids and attributes, and the report lists them as recorded. */
export class RecordedResources implements LocalService {
  public readonly apis = [];
  public readonly resourceTypes: Readonly<Record<string, ResourceType>>;

  constructor(world: World) {
    this.resourceTypes = recordedTypes(world, { ...NETWORK_TYPES, ...IDENTITY_TYPES, ...OTHER_TYPES });
  }

  public async close(): Promise<void> {
    // Records go with the world.
  }
}
