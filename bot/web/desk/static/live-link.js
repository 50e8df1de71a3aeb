// The desk's own connection: the state that the server pushes, and everything that the desk asks of it.
const SILENCE = 25e3; // the server speaks at least every 10 seconds

/** Keep a connection to the desk; `view.state(S)` hears every state, `view.link(on)` whether we are connected. */
export function link(base, csrf, view) {
	let socket, later, spoke = 0;
	let tries = 0;
	let used = 0; // when the server last heard that somebody works here
	let out = false; // signed out

	async function ask(method, path, body) {
		let answer;
		try {
			answer = await fetch(base + path, {
				method,
				headers: { 'Content-Type': 'application/json', 'X-CSRF': csrf },
				body: body && JSON.stringify(body),
				credentials: 'same-origin',
				signal: AbortSignal.timeout(15e3),
			});
		} catch {
			throw { code: 'unreachable', message: 'Not connected. Try again.' };
		}
		if (answer.status === 401) leave();
		const data = await answer.json().catch(() => ({}));
		if (!answer.ok) throw { status: answer.status, message: 'That did not work. Try again.', ...data };
		return data;
	}
	function leave() {
		out = true;
		clearTimeout(later);
		socket?.close();
		view.link('out');
	}
	function start() {
		if (out) return;
		clearTimeout(later);
		const mine = new WebSocket(`${location.origin.replace('http', 'ws')}${base}/ws`);
		socket = mine;
		spoke = Date.now();
		mine.onopen = () => mine.send(JSON.stringify({ csrf }));
		mine.onmessage = ({ data }) => {
			spoke = Date.now();
			tries = 0;
			const { state } = JSON.parse(data);
			if (state) view.state(state);
		};
		mine.onclose = () => mine === socket && lost();
	}
	function lost() {
		socket = null;
		if (out) return;
		view.link('off');
		later = setTimeout(start, Math.min(3e4, 500 * 2 ** tries++) * (0.5 + Math.random()));
		ask('GET', '/state').catch(() => {}); // says whether we are still signed in
	}
	/** Drop a connection that has fallen silent, as it does while the computer sleeps. */
	function check(patience = SILENCE) {
		if (socket && Date.now() - spoke < patience) return;
		const dead = socket;
		socket = null;
		dead?.close();
		if (dead) view.link('off');
		start();
	}
	/** Somebody works here: the session must not end for want of use while they wait for patrons. */
	function use() {
		if (socket?.readyState !== 1 || Date.now() - used < 6e4) return;
		used = Date.now();
		socket.send('{"active":true}');
	}
	for (const type of ['pointerdown', 'pointermove', 'keydown']) document.addEventListener(type, use, { passive: true });
	const waken = () => document.hidden || out || check(12e3);
	for (const type of ['online', 'focus']) window.addEventListener(type, waken);
	document.addEventListener('visibilitychange', waken);
	setInterval(() => socket && check(), 1e3);
	start();
	return {
		ask,
		refresh: () => ask('GET', '/state').then(view.state),
	};
}
