// SPDX-License-Identifier: Apache-2.0
using System.Text.Json.Serialization;

namespace FastLedger.Node.Recovery;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DivergenceReport))]
internal sealed partial class DivergenceJson : JsonSerializerContext;
