"""What Haneul needs of the machine it runs on: packages, daemons, bridges, a hypervisor; one module each."""
