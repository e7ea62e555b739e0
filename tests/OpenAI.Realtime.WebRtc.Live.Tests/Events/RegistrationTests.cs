using System.Text.Json.Serialization.Metadata;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Events;

/// <summary>Nothing is found out by reflection at run time, so each type and each field of three states must be registered.</summary>
public sealed class RegistrationTests
{
    public static TheoryData<Type> Objects =>
        [.. typeof(LiveServerEvent).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IHasUnknownFields)) && type is { IsAbstract: false, IsInterface: false }
            && !type.IsAssignableTo(typeof(IKeepsJson)) && type != typeof(UnknownLiveEvent) && type != typeof(MalformedLiveEvent) && type != typeof(RawLiveEvent))];

    [Theory]
    [MemberData(nameof(Objects))]
    public void Each_object_and_each_of_its_fields_can_be_written(Type type)
    {
        JsonTypeInfo info = LiveJson.Options.GetTypeInfo(type);
        Assert.NotEmpty(info.Properties);
        foreach (JsonPropertyInfo property in info.Properties.Where(property => !property.IsExtensionData))
        {
            if (property.CustomConverter is null)
                Assert.NotNull(LiveJson.Options.GetTypeInfo(property.PropertyType));
        }
        Assert.Contains(info.Properties, property => property.IsExtensionData);
    }

    [Fact]
    public void They_are_many() => Assert.True(Objects.Cast<object[]>().Count() > 60);
}
