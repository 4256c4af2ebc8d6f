import '../styles/base.css';
import { render } from 'preact';
import { Frame } from '../components/frame.tsx';
import { Empty } from '../components/states.tsx';
import { usePerson } from '../lib/person.ts';

/** For an address that is not there. */
function Lost() {
  const [person, choosePerson] = usePerson();
  return (
    <Frame person={person} onPerson={choosePerson}>
      <div class="page">
        <Empty level={1} title="There is nothing here.">
          <p>The address may have a slip in it, or what it named has gone.</p>
          <a class="button primary" href="/">
            To the shop
          </a>
        </Empty>
      </div>
    </Frame>
  );
}

render(<Lost />, document.getElementById('app')!);
