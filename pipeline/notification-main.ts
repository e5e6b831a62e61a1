import 'reflect-metadata';
import { loadConfig } from '../observability/config';
import { runProcess } from '../observability/run-process';
import { notificationSettings } from './config';
import { mailServerProblems } from './notification/mail-server';
import { startNotification } from './notification/start-notification';

runProcess(() => {
  const config = loadConfig('notification', notificationSettings, process.env, mailServerProblems);
  return startNotification(config);
});
