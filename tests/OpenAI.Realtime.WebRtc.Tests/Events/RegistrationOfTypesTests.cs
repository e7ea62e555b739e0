using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events;

/// <summary>The lists that take the place of reflection are kept by hand; this finds what has been forgotten in them.</summary>
public sealed class RegistrationOfTypesTests
{
    private static readonly Type[] All = [.. typeof(ServerEvent).Assembly.GetTypes().Where(type => type.Namespace == typeof(ServerEvent).Namespace)];

    public static TheoryData<RealtimeDialect> Dialects => [RealtimeDialect.Ga, RealtimeDialect.Beta];

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Every_optional_property_has_a_converter_and_its_value_a_type_info(RealtimeDialect dialect)
    {
        JsonSerializerOptions options = EventsJson.For(dialect);
        var missing = new List<string>();
        foreach (PropertyInfo property in All.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)))
        {
            if (!IsOptional(property.PropertyType) || property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition == JsonIgnoreCondition.Always)
                continue;
            Check(property, property.PropertyType, options, missing);
            foreach (Type argument in property.PropertyType.GetGenericArguments())
                Check(property, argument, options, missing);
        }
        Assert.True(missing.Count == 0, string.Join(Environment.NewLine, missing.Distinct()));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Every_event_and_every_kind_of_a_family_has_a_type_info(RealtimeDialect dialect)
    {
        JsonSerializerOptions options = EventsJson.For(dialect);
        var missing = new List<string>();
        foreach (Type type in All.Where(type => type is { IsAbstract: false, IsClass: true } && !type.IsAssignableTo(typeof(IKeepsJson)) && !type.IsAssignableTo(typeof(IBareText))))
        {
            if (type == typeof(RawClientEvent) || type == typeof(UnknownServerEvent) || type == typeof(MalformedServerEvent))
                continue; // written without any
            if (type.IsAssignableTo(typeof(IHasUnknownFields)))
                Check(type, type, options, missing);
        }
        Assert.True(missing.Count == 0, string.Join(Environment.NewLine, missing));
    }

    private static bool IsOptional(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(Optional<>) || open == typeof(OptionalValue<>) || open == typeof(OptionalList<>));

    private static void Check(MemberInfo where, Type type, JsonSerializerOptions options, List<string> missing)
    {
        try
        {
            _ = options.GetTypeInfo(type).Converter;
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            missing.Add($"{where.DeclaringType?.Name}.{where.Name}: {type} is in no list");
        }
    }
}
