import { useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';

/** The one-time token of the mailed link that opened this page. It leaves the address bar and the history at once. */
export function useLinkToken(): string | undefined {
  const { query, path, route } = useLocation();
  const [token] = useState(query['token']);
  useEffect(() => {
    if (query['token']) route(path, true);
  }, []);
  return token || undefined;
}
