// What has come about since the last state of the desk, told to a screen reader and, where something went wrong, to all.
import { where } from './alerts.js';

/** Return `tell(before, now)` for two states of a desk; of the first there is nothing to tell. */
export function news(desk) {
	let known = new Set();
	return (before, S) => {
		const now = new Set([...S.waiting.map((talk) => `w:${talk.chat}`), ...S.offered.map((talk) => `o:${talk.chat}`)]);
		if (before) {
			for (const talk of S.waiting) if (!known.has(`w:${talk.chat}`)) desk.say(`New chat waiting: ${where(talk)}.`);
			for (const talk of S.offered) if (!known.has(`o:${talk.chat}`)) desk.say(`${talk.from} passes you a chat: ${talk.note}`);
			for (const talk of S.mine) mine(before.mine.find((one) => one.chat === talk.chat), talk);
			for (const talk of S.others) {
				const old = before.mine.find((one) => one.chat === talk.chat);
				if (old?.transfer) desk.problem(`${talk.staff} accepted the chat.`);
			}
		}
		known = now;
	};
	function mine(old, talk) {
		if (!old) return;
		if (old.transfer && !talk.transfer) desk.problem(`${old.transfer.to} did not take the chat. You still have it.`);
		if (talk.chat !== desk.chat && talk.seq > old.seq && talk.last_from === 'patron') desk.say(`New message: ${where(talk)}.`);
		if (talk.undelivered > old.undelivered) desk.problem(`A message was not delivered: ${where(talk)}. The chat says why.`);
	}
}
