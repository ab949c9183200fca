// Everything about the account on one page.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { PreferenceChoices } from '../app/preferences-menu';
import { profile } from '../app/session';
import { Loading } from '../design/loading';
import { Card, Page, Stack } from '../design/surface';
import { MovingLink } from '../moving/moving-link';
import { ChangePassword } from './change-password';
import { DeleteAccount } from './delete-account';
import { Devices } from './devices';
import { Export } from './export';
import { ProfileForm } from './profile-form';
import { UnverifiedNotice } from './unverified-notice';

export default function AccountPage(): JSX.Element {
  return (
    <Page title={t('account.title')} intro={profile.value?.email} width="text">
      <Stack gap={5}>
        <UnverifiedNotice />
        {profile.value ? <ProfileForm /> : <Loading />}
        <Card title={t('account.appearance')}>
          <PreferenceChoices />
        </Card>
        <Devices />
        <ChangePassword />
        <Export />
        <MovingLink />
        <DeleteAccount />
      </Stack>
    </Page>
  );
}
