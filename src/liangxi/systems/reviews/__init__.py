"""Good and bad reviews of the service (政务服务“好差评”) and the rectification of the bad ones."""
