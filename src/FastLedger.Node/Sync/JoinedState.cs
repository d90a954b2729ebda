// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Consensus;
using FastLedger.Consensus.Messages;
using FastLedger.Primitives;

namespace FastLedger.Node.Sync;

/// <summary>What is known of a fetched state besides its records.</summary>
/// <param name="Commitment">What a quorum signed.</param>
/// <param name="Block">The block after which it is the state.</param>
/// <param name="Epoch">Epoch of the block.</param>
/// <param name="Validators">Of that epoch.</param>
/// <param name="HandedOver">What was signed about the last block of the epoch before; all zeros in the first.</param>
/// <param name="HandOvers">How the epochs before ended.</param>
/// <param name="RetiredKeys">The own keys that may have signed what this replica does not know any more.</param>
internal readonly record struct JoinedState(
    StateCommitment Commitment, byte[] Block, ulong Epoch, ValidatorSet Validators, StateCommitment HandedOver, IReadOnlyList<byte[]> HandOvers, IReadOnlyList<Hash256> RetiredKeys);
