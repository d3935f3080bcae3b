import { App } from 'aws-cdk-lib';
import { addEnvironments } from '../lib/environments';

addEnvironments(new App());
