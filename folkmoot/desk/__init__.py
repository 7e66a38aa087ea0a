"""One queue of what needs a person: it shows what each capability says is waiting, and decides by their verbs."""
