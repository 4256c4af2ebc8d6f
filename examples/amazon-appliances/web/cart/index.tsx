import '../styles/base.css';
import '../styles/forms.css';
import { render } from 'preact';
import { CartScreen } from './cart.tsx';

render(<CartScreen />, document.getElementById('app')!);
