"""How guests are plugged into their networks: taps on Open vSwitch, or a fake."""
