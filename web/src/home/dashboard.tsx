// The day, the week and the year of a user.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { addDays, calendarDate, startOfWeek } from './calendar';
import { firstWeekday, t } from '../i18n';
import { UnverifiedNotice } from '../account/unverified-notice';
import { api } from '../app/api';
import { clockOffsetMs } from '../app/connection';
import { LoadFailure } from '../app/load-failure';
import { profile } from '../app/session';
import { useLoaded } from '../app/use-loaded';
import { LinkButton } from '../design/button';
import { Loading } from '../design/loading';
import { Card, Empty, Page, Row, Stack } from '../design/surface';
import { HeatMapCard } from './heat-map-card';
import { Milestones } from './milestones';
import { Streak } from './streak';
import { Today } from './today';
import { Trends, weeksShown } from './trends';
import { ThisWeek } from './this-week';
import styles from './dashboard.module.css';

function FirstSteps(): JSX.Element {
  return (
    <Card>
      <Empty icon="leaf" title={t('home.firstTitle')}>
        <p>{t('home.firstIntro')}</p>
        <Row>
          <LinkButton href="/sit" look="primary">
            {t('app.sit')}
          </LinkButton>
          <LinkButton href="/moving">{t('home.bring')}</LinkButton>
        </Row>
      </Empty>
    </Card>
  );
}

export default function Dashboard(): JSX.Element {
  const { timezone, dayStartHour = 0, displayName } = profile.value ?? {};
  const today = calendarDate(Date.now() + clockOffsetMs.value, timezone, dayStartHour);
  const week = startOfWeek(today, firstWeekday());
  const [year, setYear] = useState(Number(today.slice(0, 4)));
  // At the same time as the rest: its card would ask only when that has come.
  const heatMap = useLoaded((signal) => api.analytics.heatmap(year, { signal }), String(year));
  const { data, error, reload } = useLoaded(async (signal) => {
    const range = { from: addDays(week, -7 * (weeksShown - 1)), to: addDays(week, 6) };
    const [summary, stats, daily] = await Promise.all([
      api.analytics.summary({ signal }),
      api.users.stats({ signal }),
      api.analytics.daily(range, { signal }),
    ]);
    return { summary, stats, days: daily.items };
  }, week);

  return (
    <Page
      title={t('app.home')}
      intro={displayName}
      actions={
        <LinkButton href="/sit" look="primary" size="large" icon="bell">
          {t('app.sit')}
        </LinkButton>
      }
    >
      <Stack gap={5}>
        <UnverifiedNotice />
        {error !== undefined && <LoadFailure error={error} onRetry={reload} />}
        {!data && error === undefined && <Loading />}
        {data && (
          <>
            <div class={styles['now']}>
              <Today progress={data.summary.today} />
              <Streak lengths={data.summary.streaks} practisedToday={data.summary.today.seconds >= 60} />
              <ThisWeek days={data.days} today={today} />
            </div>
            {data.stats.totalSessions === 0 ? (
              <FirstSteps />
            ) : (
              <>
                <HeatMapCard today={today} year={year} onYear={setYear} heatMap={heatMap} />
                <Trends days={data.days} today={today} />
                <Milestones stats={data.stats} summary={data.summary} />
              </>
            )}
          </>
        )}
      </Stack>
    </Page>
  );
}
