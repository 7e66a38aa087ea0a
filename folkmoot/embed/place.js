// Asks the device where it is, once, when its owner presses; what it says goes into the form and nowhere else.
class Place extends HTMLElement {
  connectedCallback() {
    if (!navigator.geolocation) return;
    const [row, said] = [this.querySelector('p'), this.querySelector('[role=status]')];
    row.hidden = false;
    row.querySelector('button').addEventListener('click', () => {
      said.textContent = said.dataset.asked;
      navigator.geolocation.getCurrentPosition(
        ({coords}) => this.know(coords, said),
        () => { said.textContent = said.dataset.refused; },
        {timeout: 15000, maximumAge: 600000},
      );
    });
  }

  know({latitude, longitude}, said) {
    this.querySelector('[name=lat]').value = latitude.toFixed(5);
    this.querySelector('[name=lon]').value = longitude.toFixed(5);
    said.textContent = said.dataset.known;
  }
}
customElements.define('fm-place', Place);
