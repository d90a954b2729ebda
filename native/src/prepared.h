// SPDX-License-Identifier: Apache-2.0
#ifndef FL_PREPARED_H
#define FL_PREPARED_H

// Builds the table of multiples of B.
void prepared_initialize(void);

#endif
