"""泉信 Quanxin: the platform for public credit. This is where its version stands."""

__version__ = "0.1.0"
