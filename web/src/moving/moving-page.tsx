// Bringing a history from elsewhere, and taking it away.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { Export } from '../account/export';
import { Button } from '../design/button';
import { Card, Notice, Page, Row, Stack } from '../design/surface';
import { FileDrop, HowTo } from './choose-file';
import { OutcomeCard } from './outcome';
import { PastImports } from './past-imports';
import { Preview } from './preview';
import { Progress } from './progress';
import { choose, reset, stage, stop } from './task';
import { faultText } from './texts';

function Working({
  title,
  intro,
  share,
  children,
}: {
  title: string;
  intro?: string;
  share: number;
  children?: string;
}) {
  return (
    <Card title={title} intro={intro}>
      <Progress label={title} share={share} />
      {children && <Notice>{children}</Notice>}
      <Row end>
        <Button look="quiet" icon="stop" onClick={stage.value.name === 'opening' ? reset : stop}>
          {t('moving.stop')}
        </Button>
      </Row>
    </Card>
  );
}

function Step(): JSX.Element {
  const current = stage.value;
  switch (current.name) {
    case 'choose':
      return (
        <Card title={t('moving.bring')} intro={t('moving.bringIntro')}>
          {current.fault !== undefined && <Notice tone="error">{faultText(current.fault)}</Notice>}
          <FileDrop onFile={(file) => void choose(file)} />
          <HowTo />
        </Card>
      );
    case 'opening':
      return <Working title={t('moving.reading', { name: current.file.name })} share={current.share} />;
    case 'preview':
      return <Preview stage={current} />;
    case 'importing':
      return (
        <Working
          title={t('moving.importing', { name: current.run.file.name })}
          intro={t('moving.importingIntro')}
          share={current.share}
        >
          {current.waitSeconds === undefined ? '' : t('moving.waiting', { count: current.waitSeconds })}
        </Working>
      );
    case 'undoing':
      return <Working title={t('moving.undoing', { name: current.run.file.name })} share={current.share} />;
    case 'ended':
      return <OutcomeCard outcome={current} />;
  }
}

export default function MovingPage(): JSX.Element {
  const current = stage.value;
  const isIdle = current.name === 'choose' || current.name === 'ended';
  return (
    <Page title={t('moving.title')} intro={t('moving.intro')} width="text">
      <Stack gap={5}>
        <Step />
        {isIdle && <PastImports shown={current.name === 'ended' ? current.run : undefined} />}
        {current.name === 'choose' && <Export />}
      </Stack>
    </Page>
  );
}
