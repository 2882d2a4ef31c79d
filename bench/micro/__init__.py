"""What a change costs: the engine's own work a call and a delivery, without the kernel, beside another checkout's."""
