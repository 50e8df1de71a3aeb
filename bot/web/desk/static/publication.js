// Follows a check or a publication that is under way; without scripts "Look again" does the same.
const place = document.querySelector('[data-batch]');
const step = place.querySelector('[data-step]');
async function look() {
	try {
		const answer = await fetch(`/desk/api/publish/${place.dataset.batch}`);
		if (answer.status === 401) return location.reload();
		const now = await answer.json();
		if (now.under_way === false) return location.reload();
		const words = `${now.step} …`;
		if (now.step && step.textContent !== words) step.textContent = words;
	} catch {
		// The gateway may be away for a moment.
	}
	setTimeout(look, 2000);
}
look();
