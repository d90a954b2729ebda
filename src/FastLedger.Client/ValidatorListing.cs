// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>Who validates, as one replica knows; nobody else vouches for it.</summary>
/// <param name="Epoch">Epoch of the replica's state.</param>
/// <param name="IsChanging">A change waits for the end of the epoch.</param>
/// <param name="Node">The replica that answered.</param>
/// <param name="Nodes">Validators of the present and the next epoch, and those that left last, by node number.</param>
public sealed record ValidatorListing(ulong Epoch, bool IsChanging, int Node, IReadOnlyList<ValidatorEntry> Nodes);
