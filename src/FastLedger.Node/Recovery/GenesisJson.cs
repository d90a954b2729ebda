// SPDX-License-Identifier: Apache-2.0
using System.Text.Json.Serialization;
using FastLedger.Domain;

namespace FastLedger.Node.Recovery;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Genesis))]
internal sealed partial class GenesisJson : JsonSerializerContext;
