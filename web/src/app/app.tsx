// The whole page: shell, and the page of the route in it.
import { ErrorBoundary, LocationProvider, Route, Router, useLocation } from 'preact-iso';
import type { ComponentType, JSX } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { t } from '../i18n';
import { Button, LinkButton } from '../design/button';
import { Loading } from '../design/loading';
import { Page } from '../design/surface';
import { routes, type RouteRow } from './routes';
import { authState } from './session';
import { Shell } from './shell';

// Clicks on links to what the program serves itself are the browser's business.
const others = __SERVER_PATHS__.map((path) => path.slice(1).replaceAll('.', '\\.')).join('|');
const ownPaths = new RegExp(`^/(?!(?:${others})(?:/|$))`);

function NotFound(): JSX.Element {
  return (
    <Page title={t('app.notFound')} intro={t('app.notFoundIntro')} width="text">
      <LinkButton href="/" look="primary">
        {t('app.toHome')}
      </LinkButton>
    </Page>
  );
}

/** Goes there once: this page stays, with a changed location, until the other has been loaded. */
function Redirect({ to }: { to: string }): null {
  const { route } = useLocation();
  useEffect(() => route(to, true), []);
  return null;
}

/** Where a user goes after signing in: where they wanted to go, if that is one of our pages. */
export function afterSignIn(query: Record<string, string>): string {
  const next = query['next'] ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

function guarded({ access, stays, page: Inner }: RouteRow): ComponentType {
  return function Guarded() {
    const { url, query } = useLocation();
    const { status } = authState.value;
    if (access === 'user' && status === 'signedOut' && !stays?.())
      return <Redirect to={`/sign-in?next=${encodeURIComponent(url)}`} />;
    if (access === 'guest' && status === 'signedIn') return <Redirect to={afterSignIn(query)} />;
    return status === 'restoring' ? <Loading /> : <Inner />;
  };
}

const rows = routes.map((row) => ({ ...row, component: guarded(row) }));

function Crashed({ onRetry }: { onRetry: () => void }): JSX.Element {
  return (
    <Page title={t('app.crashed')} intro={t('app.crashedIntro')} width="text">
      <Button
        look="primary"
        onClick={() => {
          onRetry();
          location.reload();
        }}
      >
        {t('app.reload')}
      </Button>
    </Page>
  );
}

function Pages(): JSX.Element {
  const { path } = useLocation();
  const [crash, resetCrash] = useErrorBoundary((error) => console.error(error)) as [unknown, () => void];
  useEffect(resetCrash, [path]);
  if (crash) return <Crashed onRetry={resetCrash} />;
  return (
    <ErrorBoundary>
      <Router>
        {[
          ...rows.map(({ path, component }) => <Route key={path} path={path} component={component} />),
          <Route key="default" default component={NotFound} />,
        ]}
      </Router>
    </ErrorBoundary>
  );
}

export function App(): JSX.Element {
  return (
    <LocationProvider scope={ownPaths}>
      <Shell>
        <Pages />
      </Shell>
    </LocationProvider>
  );
}
