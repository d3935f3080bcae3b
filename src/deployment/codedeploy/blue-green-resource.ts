import { CustomResource, Lazy, TagManager, TagType, type ITaggable } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DeploymentFunction } from './deployment-function';

export interface BlueGreenResourceProps {
  readonly resourceType: string;
  readonly properties: { [name: string]: unknown };
  readonly handler: DeploymentFunction;
}

/** A custom resource of the deployment function. The tags that CDK gives it are handed to what it makes. */
export class BlueGreenResource extends CustomResource implements ITaggable {
  public readonly tags: TagManager;

  constructor(scope: Construct, id: string, props: BlueGreenResourceProps & { readonly taggable: boolean }) {
    const tags = new TagManager(TagType.STANDARD, props.resourceType, []);
    super(scope, id, {
      serviceToken: props.handler.functionArn,
      resourceType: props.resourceType,
      properties: {
        ...props.properties,
        ...(props.taggable && { Tags: Lazy.any({ produce: () => renderedTags(tags) }) }),
      },
    });
    this.tags = tags;
    // The permissions are no part of the function, or naming the function in them would be a cycle.
    this.node.addDependency(props.handler.permissions);
  }
}

function renderedTags(tags: TagManager): unknown {
  return tags.renderTags()?.map((tag: { key: string; value: string }) => ({ Key: tag.key, Value: tag.value }));
}
