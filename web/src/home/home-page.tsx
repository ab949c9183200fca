// The start page: for guests what this is, for users their day.
import type { JSX } from 'preact';
import { lazy } from 'preact-iso';
import { authState } from '../app/session';
import { Welcome } from './welcome';

// With charts, which guests do not see.
const Dashboard = lazy(() => import('./dashboard'));

export default function HomePage(): JSX.Element {
  return authState.value.status === 'signedIn' ? <Dashboard /> : <Welcome />;
}
