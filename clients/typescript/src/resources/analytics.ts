import type { CallOptions, Http } from '../http/http.js';
import type { Operation, Result } from '../http/operations.js';
import type {
    AnalyticsSummary,
    DailyAnalytics,
    GlobalAnalytics,
    Heatmap,
    MonthlyAnalytics,
    WeeklyAnalytics,
} from '../types.js';

/** Local dates such as `2026-11-23`, both included. */
export interface DateRange {
    from: string;
    to: string;
}

/** Statistics of the user, and of all users together. */
export class Analytics {
    constructor(private readonly http: Http) {}

    /** At most 366 days, without gaps. */
    daily(range: DateRange, options?: CallOptions): Promise<DailyAnalytics> {
        return this.http.request('get', '/api/v1/analytics/daily', { ...options, query: range });
    }

    weekly(range: DateRange, options?: CallOptions): Promise<WeeklyAnalytics> {
        return this.http.request('get', '/api/v1/analytics/weekly', { ...options, query: range });
    }

    monthly(range: DateRange, options?: CallOptions): Promise<MonthlyAnalytics> {
        return this.http.request('get', '/api/v1/analytics/monthly', { ...options, query: range });
    }

    summary(options?: CallOptions): Promise<AnalyticsSummary> {
        return this.http.request('get', '/api/v1/analytics/summary', options);
    }

    heatmap(year: number, options?: CallOptions): Promise<Heatmap> {
        return this.http.request('get', '/api/v1/analytics/heatmap', { ...options, query: { year } });
    }

    /** How many people meditate now; for anyone. */
    now(options?: CallOptions): Promise<Result<Operation<'get', '/api/v1/analytics/now'>>> {
        return this.http.request('get', '/api/v1/analytics/now', { ...options, anonymous: true });
    }

    /** For administrators. */
    global(range: DateRange, options?: CallOptions): Promise<GlobalAnalytics> {
        return this.http.request('get', '/api/v1/analytics/global', { ...options, query: range });
    }
}
