import { render } from 'preact';
import './design/fonts.css';
import './design/tokens.css';
import './design/base.css';
import { App } from './app/app';
import { watchConnection } from './app/connection';
import { applyPreferences } from './app/preferences';
import { watchSession } from './app/session';

watchConnection();
await Promise.all([applyPreferences(), watchSession()]);
render(<App />, document.getElementById('app')!);
