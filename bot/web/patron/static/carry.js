// "Continue on my phone" and "I have a code": a talk goes on at another place, or comes from there. See docs/widget.md.
export const EN = {
	codehow: 'Send this code to one of these places within {n} minutes. The chat then goes on there.',
	codehere: 'Write to {library} there.', copy: 'Copy the code', copied: 'The code is copied.',
	bringhow: 'Write MOVE in the chat on your phone to get a code, and type it here. The chat that is in this window now is left behind.',
	bring: 'Code', bringgo: 'Go on here', brought: 'Your chat goes on here.', backto: 'Back to the chat',
};

const CSS = `
#carry{position:absolute;inset:0;z-index:2;overflow:auto;padding:1em;background:var(--lc-bg);overflow-wrap:anywhere}
#carry>*+*,#carry>div>*+*,#carry li+li{margin-block-start:.8em}
#carry form{display:block;padding:0;border:0}
#carry h2{font-size:1.25em}
#carry .big{font-size:2em;font-weight:600;letter-spacing:.06em;text-align:center}
#carry :is(button,li a){display:block;inline-size:100%;min-block-size:2.75em;padding:.6em 1em;border:1px solid;border-radius:3em;color:var(--lc-accent);background:var(--lc-bg);font-weight:600;text-align:center;text-decoration:none}
#carry .go{background:var(--lc-accent);color:var(--lc-on-accent)}
`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
const SAFE = /^(https|sms):/;

/** Open the dialog: `give` shows a code for this talk, otherwise one is asked for. */
export default function carry(chat, give) {
	const { $, button, draw, focus, h, line, put, root, say, server, store, t } = chat;
	Object.assign(chat.EN, EN);
	if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
	const win = $('win');
	const covered = [...win.children];
	const { library } = line.chat.policy;
	const place = h('div');
	const problem = h('p.bad#carry-wrong', { role: 'alert' });
	const dialog = h('div#carry', { role: 'dialog', 'aria-labelledby': 'carry-title', tabindex: -1, keydown },
		h('h2#carry-title', {}, t(give ? 'phone' : 'code')), place, problem, button(t('backto'), () => close()));

	function keydown(event) {
		if (event.key !== 'Escape') return;
		event.stopPropagation();
		close();
	}
	function close(id = 'more') {
		dialog.remove();
		for (const el of covered) el.inert = false;
		focus(id);
	}
	const why = ({ status, message }) => (status && message) || t('unsent');

	function shown({ code, minutes, places }) {
		const spelled = [...code].join(' ');
		const items = places.map(({ name, address, link }) => {
			const words = address ? `${name}: ${address}` : name;
			const away = link?.startsWith('https:');
			return h('li', {}, SAFE.test(link) ? h('a', { href: link, target: away && '_blank', rel: away && 'noopener' }, words, away && h('span.vh', {}, ' ' + t('tab')))
				: h('p', {}, h('strong', {}, words), address ? '' : '. ' + t('codehere', { library })));
		});
		const copy = button(t('copy'), async () => {
			await navigator.clipboard.writeText(code).then(() => say((copy.textContent = t('copied'))), mark);
		});
		const big = h('p.big', { 'aria-hidden': 'true' }, code);
		/** Where the clipboard is not ours to write, the code is at least marked. */
		function mark() {
			getSelection().selectAllChildren(big);
		}
		place.replaceChildren(h('p', {}, t('codehow', { n: minutes })), big, h('p.vh', {}, spelled), copy, h('ul', { role: 'list' }, items));
		say(`${t('codehow', { n: minutes })} ${spelled}`);
	}
	function asked() {
		const input = h('input.in#carry-in', { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 40, 'aria-describedby': 'carry-wrong' });
		const go = h('button.go', {}, t('bringgo'));
		async function send(event) {
			event.preventDefault();
			const code = input.value.trim();
			if (go.disabled) return;
			problem.textContent = '';
			put(input, { 'aria-invalid': null });
			if (!code) return wrong(t('need', { x: t('bring') }));
			go.disabled = true;
			try {
				const answer = await fetch(`${server}/api/v1/chats`, { method: 'POST', credentials: 'omit', headers: { 'Content-Type': 'application/json' },
					body: JSON.stringify({ code, lang: $('root').lang }), signal: AbortSignal.timeout(4e4) });
				const body = await answer.json();
				if (!answer.ok) throw { ...body, status: answer.status };
				brought(body);
			} catch (error) {
				wrong(why(error));
			}
			go.disabled = false;
		}
		function wrong(text) {
			problem.textContent = text;
			put(input, { 'aria-invalid': 'true' });
			input.focus();
		}
		place.replaceChildren(h('p', {}, t('bringhow')), h('form.f', { novalidate: '', submit: send }, h('label', { for: 'carry-in' }, t('bring')), input, go));
		return input;
	}
	function brought({ messages, state, mode, ...own }) {
		line.forget();
		chat.drafts.clear();
		chat.sent.clear();
		chat.rows.clear(); // messages of two talks have the same numbers
		store.set('chat', own);
		close('box');
		line.adopt();
		draw();
		say(t('brought'));
	}

	$('carry')?.remove();
	for (const el of covered) el.inert = true;
	win.append(dialog);
	if (!give) return asked().focus();
	dialog.focus();
	line.post('code', {}).then(shown, (error) => (problem.textContent = why(error)));
}
