import 'reflect-metadata';
import { loadConfig } from '../../observability/config';
import { runProcess } from '../../observability/run-process';
import { notificationSettings } from '../../pipeline/config';
import { mailServerProblems } from '../../pipeline/notification/mail-server';
import { startNotification } from '../../pipeline/notification/start-notification';
import { ackFirst } from './ack-first';

runProcess(() => {
  const config = loadConfig('notification', notificationSettings, process.env, mailServerProblems);
  return startNotification(config, (parts) => parts, ackFirst(config));
});
