// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Load.Nodes;

/// <summary>What a supervised node says on its first line of output, when it serves clients.</summary>
/// <param name="Endpoint">Address and port for clients.</param>
/// <param name="Height">Height after recovery.</param>
/// <param name="StateRoot">State root after recovery, hexadecimal.</param>
public sealed record NodeReady(string Endpoint, ulong Height, string StateRoot);
