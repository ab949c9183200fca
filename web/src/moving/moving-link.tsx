import type { JSX } from 'preact';
import { t } from '../i18n';
import { LinkButton } from '../design/button';
import { Card, Row } from '../design/surface';

/** The way to the page that brings histories from elsewhere. */
export function MovingLink(): JSX.Element {
  return (
    <Card title={t('moving.bring')} intro={t('moving.bringShort')}>
      <Row>
        <LinkButton href="/moving" icon="upload">
          {t('moving.title')}
        </LinkButton>
      </Row>
    </Card>
  );
}
