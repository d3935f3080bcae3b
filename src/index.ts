export * from './fargate-blue-green-service';
export * from './fargate-blue-green-service-props';
export * from './preset/service-preset';
export * from './deployment/deployment-engine';
export * from './deployment/deployment-hook';
export * from './deployment/traffic-shift';
