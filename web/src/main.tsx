import { render } from 'preact';
import './design/fonts.css';
import './design/tokens.css';
import './design/base.css';
import { App } from './app/app';
import { watchConnection } from './app/connection';
import { applyPreferences } from './app/preferences';
import { watchQueue } from './app/queue';
import { watchSession } from './app/session';
import { watchUpdates } from './app/updates';
import { watchSit } from './timer/current-sit';

watchConnection();
await Promise.all([applyPreferences(), watchSession()]);
watchQueue();
watchSit();
render(<App />, document.getElementById('app')!);
watchUpdates();
