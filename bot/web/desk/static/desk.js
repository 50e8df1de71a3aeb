// Small conveniences of the desk's pages; without scripts everything works as well.
const menus = document.querySelectorAll('details.stop');
addEventListener('keydown', ({ key }) => {
	if (key !== 'Escape') return;
	for (const menu of menus) {
		if (!menu.open) continue;
		menu.open = false;
		menu.querySelector('summary').focus();
	}
});
addEventListener('click', ({ target }) => {
	for (const menu of menus) if (!menu.contains(target)) menu.open = false;
});
// A form goes once, however often its button is pressed.
addEventListener('submit', (event) => {
	const form = event.target;
	if (form.dataset.sent) event.preventDefault();
	form.dataset.sent = 'yes';
});
addEventListener('pageshow', () => {
	for (const form of document.forms) delete form.dataset.sent;
});
for (const button of document.querySelectorAll('[data-copies]')) {
	const field = document.getElementById(button.dataset.copies);
	button.hidden = !navigator.clipboard;
	button.addEventListener('click', async () => {
		await navigator.clipboard.writeText(field.value);
		button.textContent = 'Copied';
	});
}
for (const field of document.querySelectorAll('[data-copy]')) field.addEventListener('focus', () => field.select());

// On every page but the live desk itself (which has a line of its own): an open socket is how the server knows that
// somebody is at the desk, so reading a transcript must not make them seem gone.
const line = document.querySelector('[data-desk]');
const title = document.title;
let wait = 1;
function listen() {
	const socket = new WebSocket(new URL('/desk/api/ws', location.href.replace(/^http/, 'ws')));
	socket.addEventListener('open', () => socket.send(JSON.stringify({ csrf: document.querySelector('meta[name=csrf]').content })));
	socket.addEventListener('message', ({ data }) => {
		const { state } = JSON.parse(data);
		if (!state) return;
		wait = 1;
		const waiting = state.waiting.length + state.offered.length;
		const words = waiting ? `${waiting} waiting` : `You are ${state.me.status}`;
		if (line.textContent !== words) line.textContent = words;
		line.hidden = false;
		line.toggleAttribute('data-waiting', waiting > 0);
		document.title = waiting ? `(${waiting}) ${title}` : title;
	});
	socket.addEventListener('close', ({ code }) => {
		if ([1008, 4401].includes(code)) return void (line.hidden = true);
		line.textContent = 'Not connected';
		setTimeout(listen, 1000 * (wait = Math.min(wait * 2, 30)));
	});
}
if (line) listen();
