/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Services: started as the manifest says, watched, begun anew; and what init answers about
 * them.
 */
#pragma once

/* services_run: until one that ends the machine has ended; returns the machine's status. */
int services_run(void);
