import '../styles/base.css';
import { render } from 'preact';
import { ProductScreen } from './product.tsx';

const id = decodeURIComponent(location.pathname.split('/').pop() ?? '');
render(<ProductScreen id={id} />, document.getElementById('app')!);
