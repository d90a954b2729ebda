// SPDX-License-Identifier: Apache-2.0
#ifndef FL_SELF_TEST_H
#define FL_SELF_TEST_H

// 1 when known answers come out of all verification; the tables must be built.
int self_test(void);

#endif
