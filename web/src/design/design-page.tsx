// All components beside each other, in development only: to compare, and to try themes, widths and writing directions.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button, IconButton, LinkButton } from './button';
import { Choices } from './choices';
import { Dialog } from './dialog';
import { PasswordField, Select, Switch, TextArea, TextField } from './field';
import { Initials } from './initials';
import { Loading } from './loading';
import { Card, Empty, Notice, Page, Row, Stack } from './surface';
import { notify } from '../app/notices';
import styles from './design-page.module.css';

const colours = [
  'paper', 'surface', 'surface-sunk', 'line', 'line-strong', 'ink', 'ink-soft', 'leaf', 'leaf-strong', 'leaf-soft',
  'sand', 'gold', 'danger', 'danger-soft', 'focus',
]; // prettier-ignore

const sizes = ['hero', '2xl', 'xl', 'l', 'm', 's'];

export default function DesignPage(): JSX.Element {
  const [dialog, setDialog] = useState(false);
  const [choice, setChoice] = useState<number>(10);
  const [on, setOn] = useState(true);
  const turn = () => (document.documentElement.dir = document.documentElement.dir === 'rtl' ? 'ltr' : 'rtl');
  return (
    <Page title="Design" intro="Every component, once." actions={<Button onClick={turn}>Turn direction</Button>}>
      <Stack gap={5}>
        <Card title="Colours">
          <ul class={styles['colours']}>
            {colours.map((name) => (
              <li key={name}>
                <span class={styles['swatch']} style={{ background: `var(--${name})` }} />
                {name}
              </li>
            ))}
          </ul>
        </Card>
        <Card title="Type">
          {sizes.map((size) => (
            <p key={size} class={styles['sample']} style={{ fontSize: `var(--text-${size})` }}>
              {size}: Breathe in, вдох
            </p>
          ))}
        </Card>
        <Card title="Buttons">
          {(['medium', 'large', 'small'] as const).map((size) => (
            <Row key={size}>
              <Button look="primary" size={size} icon="play">
                Begin
              </Button>
              <Button size={size}>Pause</Button>
              <Button look="quiet" size={size}>
                Cancel
              </Button>
              <Button look="danger" size={size}>
                Delete
              </Button>
              <Button look="primary" size={size} busy>
                Sending
              </Button>
              <Button size={size} disabled>
                Disabled
              </Button>
              <LinkButton href="/design" size={size}>
                Link
              </LinkButton>
            </Row>
          ))}
          <Row>
            <IconButton icon="close" label="Close" />
            <IconButton icon="trash" label="Delete" />
            <Initials name="Ada Lovelace" />
            <Initials name="Ольга" />
          </Row>
        </Card>
        <Card title="Fields" intro="A card may have an introduction.">
          <TextField label="Name" hint="Shown to others." value="Ada" />
          <TextField label="Email" fault="Please enter an email address." value="ada" />
          <PasswordField label="Password" value="secret" />
          <Select label="Kind" choices={[{ value: 'a', text: 'Breathing' }]} />
          <TextArea label="Note" optional />
          <Switch label="Keep the screen on" hint="While a session runs." checked={on} onChange={setOn} />
        </Card>
        <Card title="Choices" look="sand">
          {(['chips', 'segments'] as const).map((look) => (
            <Choices
              key={look}
              legend="Minutes"
              look={look}
              options={[5, 10, 20].map((value) => ({ value, text: String(value) }))}
              value={choice}
              onChange={setChoice}
            />
          ))}
        </Card>
        <Card title="Messages">
          <Notice>Information.</Notice>
          <Notice tone="success">Saved.</Notice>
          <Notice tone="warning" actions={<Button size="small">Try again</Button>}>
            You are offline.
          </Notice>
          <Notice tone="error">That did not work.</Notice>
          <Row>
            <Button onClick={() => notify('success', 'Saved.', { text: 'Undo', run: () => undefined })}>Notify</Button>
            <Button onClick={() => setDialog(true)}>Dialog</Button>
          </Row>
          <Loading />
          <Empty icon="leaf" title="Nothing here yet">
            <p>Your first session will be.</p>
          </Empty>
          <Dialog
            title="Delete it?"
            open={dialog}
            onClose={() => setDialog(false)}
            actions={<Button onClick={() => setDialog(false)}>Close</Button>}
          >
            <p>There is no way back.</p>
          </Dialog>
        </Card>
      </Stack>
    </Page>
  );
}
