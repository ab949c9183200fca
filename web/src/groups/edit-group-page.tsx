import type { JSX } from 'preact';
import { useLocation, useRoute } from 'preact-iso';
import { useState } from 'preact/hooks';
import { etagOf, isProblem, type Group } from '@mindspace/client';
import { t } from '../i18n';
import { api } from '../app/api';
import { LoadFailure } from '../app/load-failure';
import { notify } from '../app/notices';
import { useLoaded } from '../app/use-loaded';
import { useSubmit } from '../app/use-submit';
import { Form } from '../account/form-page';
import { Button, LinkButton } from '../design/button';
import { Loading } from '../design/loading';
import { Card, Page, Row } from '../design/surface';
import { draftOf, patchOf } from './draft';
import { GroupFields } from './group-form';
import { groupPath } from './group-link';

/** What was entered stays when the group was changed elsewhere meanwhile; what was not, is not overwritten. */
function Editor({ group }: { group: Group }): JSX.Element {
  const { route } = useLocation();
  const [base, setBase] = useState(group);
  const [draft, setDraft] = useState(() => draftOf(group));
  const { busy, error, submit } = useSubmit(async () => {
    try {
      await api.groups.update(base.id, patchOf(draftOf(group), draft), { ifMatch: etagOf(base) });
      notify('success', t('app.saved'));
      route(groupPath(base.id));
    } catch (cause) {
      if (isProblem(cause, 'precondition_failed')) setBase(await api.groups.get(base.id));
      throw cause;
    }
  });
  return (
    <Card>
      <Form onSubmit={submit}>
        <GroupFields
          draft={draft}
          onChange={(change) => setDraft({ ...draft, ...change })}
          error={error}
          runs={base.state !== 'scheduled'}
        />
        <Row end>
          <LinkButton href={groupPath(base.id)} look="quiet">
            {t('app.cancel')}
          </LinkButton>
          <Button type="submit" look="primary" busy={busy}>
            {t('app.save')}
          </Button>
        </Row>
      </Form>
    </Card>
  );
}

/** For its host. */
export default function EditGroupPage(): JSX.Element {
  const { id = '' } = useRoute().params;
  const { data, error, reload } = useLoaded((signal) => api.groups.get(id, { signal }), id);
  return (
    <Page title={t('groups.edit')} width="text">
      {data && <Editor key={id} group={data} />}
      {!data && (error === undefined ? <Loading /> : <LoadFailure error={error} onRetry={reload} />)}
    </Page>
  );
}
