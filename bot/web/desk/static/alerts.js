// What calls a librarian to the desk until somebody claims: sound, the count in the title, desktop notifications.
const TUNES = {
	chat: [[659, 0], [880, 0.16], [1109, 0.32]], // pitch in Hz, start in seconds
	message: [[587, 0], [494, 0.12]],
};
const TITLE = document.title;

let audio;
let leader = !navigator.locks; // of several tabs of one browser, one makes the noise
navigator.locks?.request('foyer-desk-alerts', () => {
	leader = true;
	return new Promise(() => {});
});

/** Let sound be played from now on; browsers allow it only after a click or a key. */
export function wake() {
	audio ??= new AudioContext();
	if (audio.state === 'suspended') audio.resume();
}

/** Play one of the two sounds; return whether it could be heard. */
export function play(name) {
	if (audio?.state !== 'running') return false;
	for (const [pitch, start] of TUNES[name]) {
		const [tone, volume] = [audio.createOscillator(), audio.createGain()];
		const from = audio.currentTime + start;
		tone.frequency.value = pitch;
		volume.gain.setValueAtTime(0, from);
		volume.gain.linearRampToValueAtTime(0.16, from + 0.02);
		volume.gain.exponentialRampToValueAtTime(0.0005, from + 0.5);
		tone.connect(volume).connect(audio.destination);
		tone.start(from);
		tone.stop(from + 0.5);
	}
	return true;
}

/** Return how often a chat that has waited so many seconds was to be called out: at 0, 30, 60, 120 and each 60 more. */
export const calls = (waited) => (waited >= 120 ? 2 + Math.floor(waited / 60) : 1 + (waited >= 30) + (waited >= 60));

export const looking = () => !document.hidden && document.hasFocus();
export const where = (talk) => [talk.branch, talk.messaging && talk.channel_name, talk.language].filter(Boolean).join(', ');
/** Return the same as a heading: an unknown branch is said only where a window of the website could tell it. */
export const heading = (talk) => [talk.branch ?? (talk.messaging ? null : 'No branch'), talk.messaging && talk.channel_name, talk.language].filter(Boolean).join(' · ');

/** Watch the desk's state; `show(chat)` opens a chat whose notification was clicked. */
export function alarm(show) {
	const called = new Map();
	const passed = new Map();
	const heard = new Map();
	let first = true;
	let silent = false;

	function notify(talk, title, prefs) {
		if (!prefs.alerts || looking() || !leader || globalThis.Notification?.permission !== 'granted') return;
		const body = prefs.alert_words ? talk.question || talk.last : '';
		const notice = new Notification(title, { body, tag: talk.chat, renotify: true });
		notice.onclick = () => {
			window.focus();
			show(talk.chat);
			notice.close();
		};
	}
	function ring(name, prefs) {
		if (!prefs.sound || !leader) return;
		silent = !play(name);
	}
	/** Forget what is gone, so that a chat that comes back is called out again. */
	function prune(map, talks) {
		for (const chat of map.keys()) if (!talks.some((talk) => talk.chat === chat)) map.delete(chat);
	}

	return {
		/** Whether the last sound could not be played. */
		blocked: () => silent && audio?.state !== 'running',
		/** Call out what is due. `age` is how many seconds ago the state was true; `unread` how many chats have news. */
		check(state, age, prefs, unread) {
			const { status } = state.me;
			const tune = new Set();
			prune(called, state.waiting);
			prune(passed, state.offered);
			prune(heard, state.mine);
			for (const talk of state.waiting) {
				const due = calls(talk.waited + age);
				if (due <= (called.get(talk.chat) ?? 0)) continue;
				called.set(talk.chat, due);
				// Who is busy is called for what nobody else has taken; who is away is not called at all.
				if (status === 'away' || (status === 'busy' && due < 2)) continue;
				tune.add('chat');
				notify(talk, `${due > 2 ? 'Waiting over a minute' : due > 1 ? 'Still waiting' : 'New chat'}: ${where(talk)}`, prefs);
			}
			for (const talk of state.offered) {
				const due = talk.left - age < 30 ? 2 : 1;
				if (due <= (passed.get(talk.chat) ?? 0)) continue;
				passed.set(talk.chat, due);
				tune.add('chat');
				notify(talk, `${talk.from} passes you a chat: ${where(talk)}`, prefs);
			}
			for (const talk of state.mine) {
				const before = heard.get(talk.chat) ?? (first ? talk.seq : 0);
				heard.set(talk.chat, talk.seq);
				if (talk.seq <= before || talk.last_from !== 'patron' || looking()) continue;
				tune.add('message');
				notify({ ...talk, question: talk.last }, `New message: ${where(talk)}`, prefs);
			}
			if (tune.size) ring(tune.has('chat') ? 'chat' : 'message', prefs);
			first = false;
			const news = state.waiting.length + state.offered.length + unread;
			document.title = (news ? `(${news}) ` : '') + TITLE;
		},
	};
}
