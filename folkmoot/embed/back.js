/** Back from another sign-in: presses the button that is there. */

document.getElementById('back').requestSubmit();
