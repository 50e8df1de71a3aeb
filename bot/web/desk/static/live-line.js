// One chat as the desk follows it: the widget's transport, with a store that keeps unsent replies and nothing else.
import { keep, talk } from './widget.js';

const NAME = 'desk:';

/** Follow a chat: what `talk` returns. Unsent replies survive a reload; the patron's words are never kept on this computer. */
export function follow(chat, base, csrf, view) {
	const stored = keep('session', NAME + chat);
	const store = {
		...stored,
		get: (key) => (key === 'log' ? null : key === 'chat' ? { id: chat, token: csrf } : stored.get(key)),
		set: (key, value) => /^(log|chat)$/.test(key) || stored.set(key, value),
	};
	const way = { base: `${base}/chats`, auth: (token) => ({ 'X-CSRF': token }), credentials: 'same-origin', from: 'staff' };
	const line = talk(way, store, view);
	return Object.assign(line, {
		retry(item) {
			store.set(`o:${item.client_id}`, { ...item, state: null });
			line.flush();
			view.draw();
		},
		drop(item) {
			store.set(`o:${item.client_id}`);
			view.draw();
		},
	});
}

/** What is typed and not sent, by chat and kind (`reply`, `note`); it survives a reload. */
export const drafts = {
	get: (chat, kind) => keep('session', NAME + chat).get(kind) ?? '',
	set: (chat, kind, text) => keep('session', NAME + chat).set(kind, text || null),
};

/** Whether a chat has replies that were never sent. */
export const unsent = (chat) => keep('session', NAME + chat).all('o:').length > 0;

/** Let only the person who wrote them see drafts: another one at the same computer begins with none. */
export function belongTo(person) {
	try {
		const mark = `foyer:${NAME}person`;
		if (sessionStorage.getItem(mark) === String(person)) return;
		for (const key of Object.keys(sessionStorage)) if (key.startsWith(`foyer:${NAME}`)) sessionStorage.removeItem(key);
		sessionStorage.setItem(mark, String(person));
	} catch {} // no storage: nothing was kept
}
