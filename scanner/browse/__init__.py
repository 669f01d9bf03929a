"""The screen of `tocsin browse`: a list of devices, a device, a finding, and a form to accept one. What devices say is shown as plain text everywhere."""
