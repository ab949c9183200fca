import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { isProblem, type Group } from '@mindspace/client';
import { t } from '../i18n';
import { api } from '../app/api';
import { userId } from '../app/session';
import { useSubmit } from '../app/use-submit';
import { Form } from '../account/form-page';
import { Button, LinkButton } from '../design/button';
import { Card, Page, Row } from '../design/surface';
import { changeNewDraft, discardNewDraft, newDraft, newGroupOf, type GroupDraft } from './draft';
import { GroupFields } from './group-form';
import { groupPath } from './group-link';
import { rememberGroup } from './known-groups';

/** Creates the group. If it exists, an attempt whose response was lost has created it: then it is changed to what was entered since. */
async function create(draft: GroupDraft): Promise<Group> {
  const { id, ...rest } = newGroupOf(draft);
  try {
    return await api.groups.create({ id, ...rest });
  } catch (error) {
    if (!isProblem(error, 'conflict')) throw error;
    return await api.groups.update(draft.id, rest);
  }
}

export default function NewGroupPage(): JSX.Element {
  const { route } = useLocation();
  const user = userId.value ?? '';
  const draft = newDraft(user);
  const { busy, error, submit } = useSubmit(async () => {
    const { id, host } = await create(draft);
    rememberGroup(host.id, id);
    discardNewDraft();
    route(groupPath(id));
  });
  return (
    <Page title={t('groups.create')} width="text">
      <Card>
        <Form onSubmit={submit}>
          <GroupFields draft={draft} onChange={(change) => changeNewDraft(user, change)} error={error} />
          <Row end>
            <LinkButton href="/groups" look="quiet">
              {t('app.cancel')}
            </LinkButton>
            <Button type="submit" look="primary" busy={busy}>
              {t('groups.createNow')}
            </Button>
          </Row>
        </Form>
      </Card>
    </Page>
  );
}
