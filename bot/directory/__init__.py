"""The directory of services: which hotline, shelter or office helps with which need in which country."""
