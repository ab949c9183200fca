import { Page } from '../design/surface';
export default function TimerPage() {
    return <Page title="Timer">…</Page>;
}
