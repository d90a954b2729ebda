// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Applications.Running;

/// <summary>An asset of a scenario.</summary>
/// <param name="Code">How sentences name it.</param>
/// <param name="Number">Its number in the ledger.</param>
/// <param name="Scale">Decimal places.</param>
/// <param name="Issuer">Who issues it.</param>
/// <param name="IssuerAccount">The account that units come from.</param>
internal sealed record Asset(string Code, uint Number, int Scale, Party Issuer, ulong IssuerAccount);
